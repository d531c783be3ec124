# Stripe counts in the smallest unit of the currency already, so nothing is converted.
.data.object
| {
    external_id: .id,
    amount_minor: .amount_received,
    currency: (.currency | ascii_upcase),
    paid_at: (.created | todate)
  }
