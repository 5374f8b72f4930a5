"""Containers: opened safely, their streams told apart, what is wrong with them found."""
