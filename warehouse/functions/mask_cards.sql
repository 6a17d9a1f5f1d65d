-- A text with every card number cut to its first six and last four digits; any other text as it is.
CREATE OR REPLACE MACRO mask_cards(words) AS
    list_transform(
        [words],
        lambda text: CASE
            WHEN card_likely(text)
            THEN
                list_transform(
                    [{'spans': find_card(text), 'tokens': digit_tokens(digit_words(text))}],
                    lambda found: CASE
                        WHEN len(found.spans) = 0
                        THEN text
                        ELSE
                            array_to_string(
                                list_transform(
                                    found.tokens,
                                    lambda token, n: coalesce(
                                        list_filter(
                                            list_transform(
                                                found.spans,
                                                lambda s: CASE
                                                    WHEN n = s.first
                                                    THEN s.digits[1:6] || '******' || s.digits[-4:]
                                                    WHEN n BETWEEN s.first AND s.last
                                                    THEN ''
                                                END
                                            ),
                                            lambda cut: cut IS NOT NULL
                                        )[1],
                                        token
                                    )
                                ),
                                ''
                            )
                    END
                )[1]
            ELSE text
        END
    )[1];
-- Tests
-- mask_cards('Karte 4111 1111 1111 1111, bitte') = 'Karte 411111******1111, bitte'
-- mask_cards('vier eins eins eins elf elf elf elf elf elf') = '411111******1111'
-- mask_cards(mask_cards('4111-1111-1111-1111')) = '411111******1111'
-- mask_cards('Auftrag 4711 vom 12.03.2026, double two') = 'Auftrag 4711 vom 12.03.2026, double two'
