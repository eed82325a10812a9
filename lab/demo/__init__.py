"""The whole story against a running stack, each step held to what was promised.

door    asking the API, and the commands that a person would type
feed    the files of a small theatre that is new in every run
story   the steps
play    runs them, prints what each saw, stops at the first that is not as promised
"""
