-- What a text holds that it must not: {what, masked}, one each: card, cvv, iban, pin, password.
CREATE OR REPLACE MACRO find_sensitive(words) AS
    list_transform(
        [words],
        lambda text: list_concat(
            list_transform(
                find_card(mask_ibans(text)),
                lambda card: {'what': 'card', 'masked': card.digits[1:6] || '******' || card.digits[-4:]}
            ),
            list_transform(find_cvv(text), lambda said: {'what': 'cvv', 'masked': '***'}),
            list_transform(find_iban(text), lambda raw: {'what': 'iban', 'masked': mask_ibans(raw)}),
            list_transform(find_pin(text), lambda said: {'what': 'pin', 'masked': '***'}),
            list_transform(find_password(text), lambda said: {'what': 'password', 'masked': '***'})
        )
    )[1];
-- Tests
-- find_sensitive('CVV 123') = [{'what': 'cvv', 'masked': '***'}]
-- find_sensitive('DE89370400440532013000') = [{'what': 'iban', 'masked': 'DE******3000'}]
-- find_sensitive('Guten Tag, 4711') = []
