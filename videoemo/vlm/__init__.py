"""Vision-language models as labellers: asked through a server, answers read strictly, none
guessed.
"""
