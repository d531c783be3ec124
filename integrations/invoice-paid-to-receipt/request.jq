# A receipt is an invoice that is paid; the vendor finds it again by its external id.
.data.payment as $payment
| {
    external_id: "receipt-\($payment.id)",
    customer: $payment.customer.id,
    currency: lookup("currency"; $payment.currency),
    amount_cents: ($payment.amount | cents)
  }
