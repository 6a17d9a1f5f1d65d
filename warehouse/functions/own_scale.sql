-- A figure as it is shown: what was computed on logarithms, as a ratio again; rounded.
CREATE OR REPLACE MACRO own_scale(figure, scale) AS round(CASE WHEN scale = 'ratio' THEN exp(figure) ELSE figure END, 6);
-- Tests
-- own_scale(ln(1.25), 'ratio') = 1.25
-- own_scale(0.1234567, 'share') = 0.123457
-- own_scale(80.0, 'points') = 80.0
-- own_scale(NULL, 'ratio') IS NULL
