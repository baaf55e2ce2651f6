"""Who is on duty in a district, with their load, as routing takes them."""

from django.db.models import Count, Q

from districts.models import Volunteer
from requests_app import routing
from requests_app.states import HELD, RequestState


def people_on_duty(district: int) -> list[routing.Person]:
    """Who is on duty in a district. Load: the requests that they hold and those that wait suggested to them."""
    holds = Count("held", filter=Q(held__state__in=HELD), distinct=True)
    waits = Count("suggested", filter=Q(suggested__state=RequestState.QUEUED), distinct=True)
    people = Volunteer.objects.on_duty().filter(districts=district).annotate(load=holds + waits)
    blocks: dict[int, set[int]] = {}
    for volunteer, block in Volunteer.blocks.through.objects.filter(
        volunteer__in=[person.pk for person in people]
    ).values_list("volunteer", "block"):
        blocks.setdefault(volunteer, set()).add(block)
    return [
        routing.Person(
            pk=person.pk,
            role=person.role,
            districts=frozenset({district}),
            blocks=frozenset(blocks.get(person.pk, ())),
            needs=frozenset(person.needs),
            capacity=person.capacity,
            load=person.load,
            language=person.language,
        )
        for person in people
    ]
