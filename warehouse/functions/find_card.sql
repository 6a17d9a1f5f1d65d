-- Card numbers in a text, in digits or in German or English number words: {first, last, digits} of its digit_tokens.
CREATE OR REPLACE MACRO find_card(words) AS
    list_transform(
        [words],
        lambda text: CASE
            WHEN NOT card_likely(text)
            THEN []
            ELSE
                list_transform(
                    [digit_tokens(digit_words(text))],
                    lambda tokens: list_transform([digit_values(tokens)], lambda digit: card_spans(tokens, digit))[1]
                )[1]
        END
    )[1];
-- Tests
-- find_card('Die Karte ist 4111 1111-1111.1111 bitte')[1].digits = '4111111111111111'
-- find_card('vier eins eins eins, eins eins eins eins und dann elf elf elf elf')[1].digits = '4111111111111111'
-- find_card('four triple one, double one, double one, one one one one one one one one')[1].digits = '4111111111111111'
-- find_card('Die Nummer 4111 1111 1111 1112') = []
-- find_card('TK4111111111111111') = []
-- find_card('+49 171 1234567, am 12.03.2026 um 14:30') = []
-- find_card(NULL) IS NULL
