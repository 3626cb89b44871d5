"""People who sign in: roles and permissions, invitation, second factor, sign-ins."""
