"""The register's entries as staff keep them: recorded, corrected, given a status, merged, imported."""
