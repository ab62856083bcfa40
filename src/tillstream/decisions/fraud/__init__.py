"""Accept, review or decline a payment that is about to be made.

In: the payment, features of its card, device and customer, a risk. Out: an action with its reasons; once a payment.
See: docs/reference/decisions.md.
"""
