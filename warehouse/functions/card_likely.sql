-- Whether a text has a run of digits or number words that may be long enough for a card's number: a cheap first look.
CREATE OR REPLACE MACRO card_likely(words) AS
    regexp_matches(words, '[0-9](?:[^a-zäöüß0-9]{0,4}[0-9]){12}')
    OR regexp_matches(
        words,
        '(?i)(?:(?:[0-9]+|(?:null|ein|zw|drei|dree|vier|fünf|fuenf|sech|sieb|acht|neun|zehn|elf|zero|oh|one|two|three'
        || '|four|five|six|seven|eight|nine|ten|eleven|twe|thir|for|fif|dou|tri|treb|dopp)[a-zäöüß]*)[^a-zäöüß0-9]{1,4}'
        || '(?:(?:und|dann|and|then|äh|ähm|uh|um|ja|die|strich|dash)[^a-zäöüß0-9]{1,4}){0,2}){4}'
    );
-- Tests
-- card_likely('4111-1111-1111-1111')
-- card_likely('vier eins eins eins und dann elf elf elf elf elf elf')
-- NOT card_likely('Auftrag 4711 vom 12.03., drei Tage gewartet')
-- NOT card_likely('')
