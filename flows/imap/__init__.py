"""What flows/places/imap.py is made of.

address     the URL of a mailbox, taken apart and checked
limited     the standard library's client, with limits on what a server may send
session     a connection that only reads: the few questions there are
mailbox     the names of mailboxes and messages in an mbox file
"""
