"""How dates and times are written: the day before the month, and hours of the day up to 24, in both languages."""
