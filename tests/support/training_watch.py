"""Collects the reports of a run in another process, and waits for them."""

import threading

PATIENCE = 600  # seconds; a process has to import torch first, maybe beside others


class Reports:
    """Receives a run's reports from another thread, and waits for one of a kind."""

    def __init__(self):
        self.received, self._arrival = [], threading.Condition()

    def __call__(self, report):
        with self._arrival:
            self.received.append(report)
            self._arrival.notify_all()

    def wait_for(self, kind, **parts):
        """Return the first report of a kind that has these parts."""

        def matches():
            return [
                report
                for report in self.received
                if report["tell"] == kind and parts.items() <= report.items()
            ]

        with self._arrival:
            assert self._arrival.wait_for(matches, PATIENCE), self.received
            return matches()[0]
