-- Chance of a value above `x` under Student's t with `df` degrees of freedom, for x from 0 up and df from 5 up: right
-- to
-- four digits (Wallace's normal deviate). NULL for NULL.
CREATE OR REPLACE MACRO t_tail(x, df) AS
    normal_tail((8 * df + 1) / (8 * df + 3) * sqrt(df * ln(1 + pow(x, 2) / df)));
-- Tests
-- round(t_tail(0, 30), 4) = 0.5
-- round(t_tail(2.042272, 30), 4) = 0.025
-- round(t_tail(3.169273, 10), 4) = 0.005
-- round(t_tail(1.959964, 1e9), 4) = 0.025
-- t_tail(NULL, 5) IS NULL
