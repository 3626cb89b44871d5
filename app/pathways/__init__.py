"""The guided route: questions, situations, steps, and the plan made of them."""
