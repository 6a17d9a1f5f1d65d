-- Student's t for a 95 % interval: its 97.5 % quantile for `df` degrees of freedom, right to four digits. NULL below 1.
CREATE OR REPLACE MACRO t_975(df) AS
    CASE
        WHEN df BETWEEN 1 AND 10
        THEN
            [12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139][
                df::INTEGER
            ]::DOUBLE
        WHEN df > 10
        THEN
            1.959963984540054 + 2.372271230298562 / df + 2.8224986157396112 / pow(df, 2)
            + 2.555849679507722 / pow(df, 3) + 1.5895340533938225 / pow(df, 4)
    END;
-- Tests
-- round(t_975(1), 3) = 12.706
-- round(t_975(10), 4) = 2.2281
-- round(t_975(11), 4) = 2.2010
-- round(t_975(30), 4) = 2.0423
-- round(t_975(1e12), 6) = 1.959964
-- t_975(0) IS NULL
