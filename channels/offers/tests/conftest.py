from channels.campaigns.tests.conftest import campaign, channel, everybody, marketer, sink

__all__ = ["campaign", "channel", "everybody", "marketer", "sink"]
