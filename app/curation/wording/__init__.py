"""Words of the interface that translators have sent: kept as proposals, judged by a reviewer, written at a release."""
