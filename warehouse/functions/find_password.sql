-- Passwords told in a text: a word with a digit or a sign in it, after `password is` or the like.
CREATE OR REPLACE MACRO find_password(words) AS
    regexp_extract_all(
        words,
        '(?i)(?:passwort|kennwort|password|passphrase)\s*(?:[a-zäöüß]+\s+)?(?:ist|lautet|wäre|is|was|:|=)\s*["„“'']?([a-zäöüß_.,;-]*[0-9!#$%&+=@*][^\s"„“'']{2,})',
        1
    );
-- Tests
-- find_password('Mein Passwort ist Katze7!x') = ['Katze7!x']
-- find_password('Password: abc$123') = ['abc$123']
-- find_password('Mein Passwort ist abgelaufen') = []
