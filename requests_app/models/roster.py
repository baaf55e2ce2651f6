"""Who is on duty in a district, with their load, as routing takes them."""

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from districts.models import Volunteer
from requests_app import routing
from requests_app.models.events import Event
from requests_app.states import HELD, EventKind, RequestState


def people_on_duty(district: int) -> list[routing.Person]:
    """Who is on duty in a district and takes no pause. Load: the requests that they hold and those that wait suggested to them; taken:
    what they claimed since they came on duty."""
    holds = Count("held", filter=Q(held__state__in=HELD), distinct=True)
    waits = Count("suggested", filter=Q(suggested__state=RequestState.QUEUED), distinct=True)
    people = Volunteer.objects.to_suggest().filter(districts=district).annotate(load=holds + waits)
    claims = Event.objects.filter(
        by=OuterRef("pk"), kind=EventKind.CLAIMED, at__gte=OuterRef("duty_changed_at")
    ).order_by()
    counted = claims.values("by").annotate(count=Count("pk")).values("count")
    people = people.annotate(taken=Coalesce(Subquery(counted), 0))
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
            taken=person.taken,
        )
        for person in people
    ]
