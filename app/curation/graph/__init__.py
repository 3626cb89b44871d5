"""The guided route drawn: questions, situations, steps and bodies, each leading to its editor."""
