"""The words: canonical tables, row rules, configuration, policy shape and errors. Imports nothing of ours."""
