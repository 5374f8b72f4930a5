"""The command line, a module a group of commands. Nothing heavy is imported at the top of any
of them.
"""
