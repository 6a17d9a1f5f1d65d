-- Cards as in find_card that begin in a text and end in what was said `later`.
CREATE OR REPLACE MACRO find_card_over(words, later) AS
    list_transform(
        [{'own': words, 'all': words || ' ' || later}],
        lambda text: CASE
            WHEN card_likely(text.all)
            THEN
                list_transform(
                    [len(digit_tokens(digit_words(text.own)))],
                    lambda own: list_filter(find_card(text.all), lambda card: card.first <= own AND card.last > own)
                )[1]
            ELSE []
        END
    )[1];
-- Tests
-- find_card_over('vier eins eins eins eins', 'elf elf elf elf elf eins')[1].digits = '4111111111111111'
-- find_card_over('4111111111111111', 'danke') = []
-- find_card_over('danke', '4111111111111111') = []
