"""The editors' desk: revisions of content files, their review and publication, and the edition they lead to."""
