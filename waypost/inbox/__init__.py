"""The shared inbox: what a guest with a link sees and may do there. A link's secret becomes a session, that a guest."""
