"""What is sealed opens with its key alone, and keys can be changed without losing anything."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from requests_app import sealing
from requests_app.models import Contact, Post
from tests.factories import a_post, a_request


@pytest.mark.parametrize("text", ["", "+919829012345", "मदद चाहिए", "\x00\ud800\u202e", "x" * 100_000])
def test_sealed_text_comes_back_whole(text):
    assert sealing.unseal(sealing.seal(text)) == text


def test_other_key_opens_nothing(settings):
    sealed = sealing.seal("+919829012345")
    settings.SEAL_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed)


def test_hash_of_a_number_needs_its_key(settings):
    before = sealing.keyed_hash("+919829012345")
    settings.PHONE_HASH_KEY = "another key, another hash"
    assert sealing.keyed_hash("+919829012345") != before


@pytest.mark.django_db
def test_rotation_loses_nothing_and_lets_the_old_key_go(settings):
    old = settings.SEAL_KEYS[0]
    posts = [a_post(f"Kota me bed chahiye 98290000{number:02d}") for number in range(12)]
    contact = a_request(phone="+919829012345").contacts.get()
    new = Fernet.generate_key().decode()
    settings.SEAL_KEYS = [new, old]
    call_command("rotate_seal_keys", verbosity=0)
    settings.SEAL_KEYS = [new]
    assert Contact.objects.get(pk=contact.pk).phone == "+919829012345"
    assert {post.text for post in Post.objects.all()} == {
        f"Kota me bed chahiye 98290000{n:02d}" for n in range(12)
    }
    assert len(posts) == Post.objects.count()


@pytest.mark.django_db
def test_rotation_says_what_it_could_not_open(settings, capsys):
    a_post("Kota me bed chahiye", sealed_text=b"damaged")
    with pytest.raises(CommandError, match="1 values"):
        call_command("rotate_seal_keys")
    assert bytes(Post.objects.get().sealed_text) == b"damaged"
