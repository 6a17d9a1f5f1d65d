"""Places files come from besides the inbox: one module a kind of place, found by the scheme of the source's URL.

Every module has
    SCHEMES                         the URL schemes it serves
    fetch(place, folder, memory)    puts new files into a folder, see contract.py
"""
