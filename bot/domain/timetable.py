"""When the day's issue goes out. Pure arithmetic on aware datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Timetable:
    """The digest's daily hours in its own time zone."""

    deliver_at: time
    wait_until: time
    """At or after `deliver_at`. A late post is watched for until then."""
    zone: ZoneInfo

    def today(self, now: datetime) -> date:
        """Return the digest's calendar date."""
        return now.astimezone(self.zone).date()

    def release_on(self, day: date) -> datetime:
        """Return the instant at which an issue of `day` goes out at the earliest."""
        return datetime.combine(day, self.deliver_at, self.zone)

    def deadline_on(self, day: date) -> datetime:
        """Return the instant after which nothing of `day` goes out by itself."""
        return datetime.combine(day, self.wait_until, self.zone)

    def next_release(self, now: datetime) -> datetime:
        """Return the first release instant that is later than `now`."""
        today = self.release_on(self.today(now))
        return today if now < today else self.release_on(self.today(now) + timedelta(days=1))
