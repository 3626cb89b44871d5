"""What every slice may use: languages, partial dates, text folding, errors. No Flask, no SQL, no clock."""
