"""Where the handlers of this service are registered."""

from shared.bus.subscriptions import Subscriptions

on = Subscriptions("notifications")
