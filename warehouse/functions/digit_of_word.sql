-- The digits a number word stands for, German or English, 0 to 99, or a text of digits itself; NULL for any other word.
CREATE OR REPLACE MACRO digit_of_word(word) AS
    CASE
        WHEN regexp_full_match(word, '[0-9]+')
        THEN word
        WHEN
            NOT regexp_matches(
                word,
                '(?i)^(?:null|ein|zw|drei|dree|vier|fünf|fuenf|sech|sieb|acht|neun|zehn|elf'
                || '|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twe|thir|for|fif)'
            )
        THEN NULL
        WHEN lower(word) IN ('oh', 'zwo', 'dree')
        THEN CASE lower(word) WHEN 'oh' THEN '0' WHEN 'zwo' THEN '2' ELSE '3' END
        ELSE
            (coalesce(
                list_position(
                    string_split(
                        'null eins zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf dreizehn vierzehn '
                        || 'fuenfzehn sechzehn siebzehn achtzehn neunzehn zwanzig einundzwanzig zweiundzwanzig '
                        || 'dreiundzwanzig vierundzwanzig fuenfundzwanzig sechsundzwanzig siebenundzwanzig '
                        || 'achtundzwanzig neunundzwanzig dreissig einunddreissig zweiunddreissig dreiunddreissig '
                        || 'vierunddreissig fuenfunddreissig sechsunddreissig siebenunddreissig achtunddreissig '
                        || 'neununddreissig vierzig einundvierzig zweiundvierzig dreiundvierzig vierundvierzig '
                        || 'fuenfundvierzig sechsundvierzig siebenundvierzig achtundvierzig neunundvierzig fuenfzig '
                        || 'einundfuenfzig zweiundfuenfzig dreiundfuenfzig vierundfuenfzig fuenfundfuenfzig '
                        || 'sechsundfuenfzig siebenundfuenfzig achtundfuenfzig neunundfuenfzig sechzig einundsechzig '
                        || 'zweiundsechzig dreiundsechzig vierundsechzig fuenfundsechzig sechsundsechzig '
                        || 'siebenundsechzig achtundsechzig neunundsechzig siebzig einundsiebzig zweiundsiebzig '
                        || 'dreiundsiebzig vierundsiebzig fuenfundsiebzig sechsundsiebzig siebenundsiebzig '
                        || 'achtundsiebzig neunundsiebzig achtzig einundachtzig zweiundachtzig dreiundachtzig '
                        || 'vierundachtzig fuenfundachtzig sechsundachtzig siebenundachtzig achtundachtzig '
                        || 'neunundachtzig neunzig einundneunzig zweiundneunzig dreiundneunzig vierundneunzig '
                        || 'fuenfundneunzig sechsundneunzig siebenundneunzig achtundneunzig neunundneunzig',
                        ' '
                    ),
                    replace(replace(replace(replace(lower(word), 'zwo', 'zwei'), 'ü', 'ue'), 'ö', 'oe'), 'ß', 'ss')
                ),
                list_position(
                    string_split(
                        'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen '
                        || 'fifteen sixteen seventeen eighteen nineteen twenty twentyone twentytwo twentythree '
                        || 'twentyfour twentyfive twentysix twentyseven twentyeight twentynine thirty thirtyone '
                        || 'thirtytwo thirtythree thirtyfour thirtyfive thirtysix thirtyseven thirtyeight thirtynine '
                        || 'forty fortyone fortytwo fortythree fortyfour fortyfive fortysix fortyseven fortyeight '
                        || 'fortynine fifty fiftyone fiftytwo fiftythree fiftyfour fiftyfive fiftysix fiftyseven '
                        || 'fiftyeight fiftynine sixty sixtyone sixtytwo sixtythree sixtyfour sixtyfive sixtysix '
                        || 'sixtyseven sixtyeight sixtynine seventy seventyone seventytwo seventythree seventyfour '
                        || 'seventyfive seventysix seventyseven seventyeight seventynine eighty eightyone eightytwo '
                        || 'eightythree eightyfour eightyfive eightysix eightyseven eightyeight eightynine ninety '
                        || 'ninetyone ninetytwo ninetythree ninetyfour ninetyfive ninetysix ninetyseven ninetyeight '
                        || 'ninetynine',
                        ' '
                    ),
                    lower(word)
                )
            ) - 1)::VARCHAR
    END;
-- Tests
-- digit_of_word('dreiundzwanzig') = '23'
-- digit_of_word('Zwoundfünfzig') = '52'
-- digit_of_word('dreißig') = '30'
-- digit_of_word('null') = '0' AND digit_of_word('zero') = '0' AND digit_of_word('oh') = '0'
-- digit_of_word('neunundneunzig') = '99' AND digit_of_word('ninetynine') = '99'
-- digit_of_word('0471') = '0471'
-- digit_of_word('eine') IS NULL
-- digit_of_word('') IS NULL
