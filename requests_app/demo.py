"""The people of the demo, who may log in to a trial installation that has no keys of X."""

from dataclasses import dataclass
from datetime import datetime, time

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from districts.models import District, Official, Role, Shift, Volunteer
from districts.roster import repeated

PASSWORD = "helpdesk-demo"  # noqa: S105 - printed at the start; the demo listens on loopback alone


@dataclass(frozen=True)
class Person:
    """Somebody of the demo; `divisions` or `districts` name where they work, both empty: nowhere, "*": everywhere."""

    username: str
    first_name: str
    last_name: str
    role: Role
    says: str = ""
    divisions: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    capacity: int = 8
    language: str = "hi"
    hours: tuple[int, int] = (8, 20)

    @property
    def is_greeted(self) -> bool:
        return bool(self.says)


PEOPLE = (
    Person(
        "asha",
        "Asha",
        "Meena",
        Role.VOLUNTEER,
        "volunteer in Jaipur (Hindi)",
        districts=("Jaipur",),
        hours=(8, 16),
    ),
    Person(
        "imran",
        "Imran",
        "Khan",
        Role.VOLUNTEER,
        "volunteer in Jodhpur and Kota",
        districts=("Jodhpur", "Kota"),
        language="en",
    ),
    Person(
        "kavita",
        "Kavita",
        "Sharma",
        Role.LEAD,
        "lead of the Jaipur division",
        divisions=("Jaipur",),
        language="en",
    ),
    Person(
        "phone",
        "Suresh",
        "Gurjar",
        Role.PHONE_DESK,
        "phone desk, all districts",
        districts=("*",),
        hours=(6, 22),
    ),
    Person(
        "doctor",
        "Dr. Neelam",
        "Rathore",
        Role.DOCTOR,
        "doctor desk, all districts",
        districts=("*",),
        language="en",
    ),
    Person("desk", "Farah", "Ali", Role.STATE_DESK, "state desk: review, which place?", language="en"),
    Person("monitor", "Mahendra", "Singh", Role.MONITOR, "state monitor", language="en"),
    Person("admin", "Admin", "", Role.ADMIN, "administrator (/admin/)", language="en"),
    Person(
        "geeta",
        "Geeta",
        "Saini",
        Role.VOLUNTEER,
        districts=("Jaipur",),
        needs=("oxygen", "beds"),
        hours=(16, 24),
    ),
    Person("vikram", "Vikram", "Rajawat", Role.VOLUNTEER, divisions=("Jaipur",), hours=(0, 8)),
    Person("pooja", "Pooja", "Bishnoi", Role.VOLUNTEER, divisions=("Jodhpur",)),
    Person("ramesh", "Ramesh", "Meghwal", Role.VOLUNTEER, divisions=("Bikaner",)),
    Person("salma", "Salma", "Bano", Role.VOLUNTEER, divisions=("Ajmer",)),
    Person("dinesh", "Dinesh", "Ahari", Role.VOLUNTEER, divisions=("Udaipur",)),
    Person("lalita", "Lalita", "Nagar", Role.VOLUNTEER, divisions=("Kota",)),
    Person("yogesh", "Yogesh", "Jatav", Role.VOLUNTEER, divisions=("Bharatpur",)),
)


def _plan_days(volunteer: Volunteer, hours: tuple[int, int], now: datetime) -> None:
    """Give somebody the same hours today and on the next six days, by the clocks of the place."""
    begins, ends = (time(hour % 24) for hour in hours)
    days = repeated(timezone.localdate(now), begins, ends, 1, 7, timezone.get_default_timezone())
    Shift.objects.bulk_create(
        [Shift(volunteer=volunteer, starts_at=span.start, ends_at=span.end) for span in days]
    )


def load_people(now: datetime) -> None:
    """Make those of PEOPLE who are not there yet, on duty; people who are there stay as somebody left them."""
    known = set(Volunteer.objects.values_list("username", flat=True))
    password = make_password(PASSWORD)
    for person in PEOPLE:
        if person.username in known:
            continue
        volunteer = Volunteer.objects.create(
            username=person.username,
            first_name=person.first_name,
            last_name=person.last_name,
            password=password,
            role=person.role,
            needs=list(person.needs),
            capacity=person.capacity,
            language=person.language,
            is_on_duty=person.role not in {Role.MONITOR, Role.ADMIN},
            duty_changed_at=now,
            is_staff=person.role == Role.ADMIN,
            is_superuser=person.role == Role.ADMIN,
        )
        places = District.objects.all()
        if person.districts != ("*",):
            places = places.filter(name_en__in=person.districts) | places.filter(
                division__name_en__in=person.divisions
            )
        volunteer.districts.set(places)
        if volunteer.can_work:
            _plan_days(volunteer, person.hours, now)
    if not Official.objects.exists():
        Official.objects.bulk_create(sample_officials())


def sample_officials() -> list[Official]:
    """Made-up offices of every district, marked as samples. Their handles and numbers are nobody's."""
    office = Official.Office
    made = [
        Official(
            district=district,
            office=kind,
            area=area,
            name=f"(sample) {district.name_en}",
            handle=f"sample_{kind[:4]}_{district.pk}"[:15],
            phone="00000 00000",
        )
        for district in District.objects.all()
        for kind, area in (
            (office.COLLECTOR, ""),
            (office.CMHO, ""),
            (office.NODAL, "oxygen"),
            (office.MLA, "sample seat"),
        )
    ]
    made.append(
        Official(office=office.MINISTRY, area="Health", name="(sample) ministry", handle="sample_ministry")
    )
    return made
