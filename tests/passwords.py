"""Passwords that are hashed in no time, and are good for the processes under test as well."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class FewRounds(PBKDF2PasswordHasher):
    """A third of a second for each of some hundred passwords would be a good part of the suite."""

    iterations = 1
