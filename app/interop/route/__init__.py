"""The guided route as data: the next question or the plan, for programs of other organisations."""
