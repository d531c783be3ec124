# One invoice with one line. Amounts are whole cents: `cents` reads them exactly or refuses the event.
.data.deal as $deal
| ($deal.amount | cents) as $amount
| {
    external_id: "deal-\($deal.id)",
    customer: $deal.account.id,
    currency: lookup("currency"; $deal.currency),
    amount_cents: $amount,
    lines: [{text: "Deal \($deal.id)", amount_cents: $amount}]
  }
