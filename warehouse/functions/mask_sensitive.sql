-- A text with card numbers and IBANs cut short, and without verification codes, PINs and passwords.
CREATE OR REPLACE MACRO mask_sensitive(words) AS
    list_transform(
        [words],
        lambda whole: mask_cards(
            mask_ibans(
                list_reduce(
                    list_prepend(
                        whole,
                        list_filter(
                            list_concat(find_cvv(whole), find_pin(whole), find_password(whole)),
                            lambda said: said NOT LIKE '%*%'
                        )
                    ),
                    lambda text, said: replace(text, said, '***')
                )
            )
        )
    )[1];
-- Tests
-- mask_sensitive('CVV 123, PIN: 4711, Karte 4111111111111111') = 'CVV ***, PIN: ***, Karte 411111******1111'
-- mask_sensitive('Konto DE89 3704 0044 0532 0130 00') = 'Konto DE******3000'
-- mask_sensitive('Guten Tag') = 'Guten Tag'
-- mask_sensitive(NULL) IS NULL
