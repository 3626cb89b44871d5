"""The guided route on the pages of others: in a frame, by a link that answers questions before, as data."""
