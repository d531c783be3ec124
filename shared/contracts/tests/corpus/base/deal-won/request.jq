.data.deal
| {
    external_id: "deal-\(.id)",
    amount_cents: (.amount | cents),
    currency: lookup("currency"; .currency)
  }
