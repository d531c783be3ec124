# A credit note is an invoice with negative amounts. Every line is read into cents first, then summed: never the other way round.
.data.refund as $refund
| [$refund.lines[] | {text, amount_cents: (0 - (.amount | cents))}] as $lines
| {
    external_id: "refund-\($refund.id)",
    customer: $refund.customer.id,
    currency: lookup("currency"; $refund.currency),
    amount_cents: ([$lines[].amount_cents] | add),
    lines: $lines
  }
