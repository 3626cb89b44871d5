"""What every slice may use: languages, partial dates, text folding, drawing, errors. No Flask, no SQL, no clock."""
