# Every line is read into cents first, then summed. What does not balance is refused, before the ledger has to.
[.lines[] | {account: lookup("account"; .account), debit_cents: ((.debit // "0") | cents), credit_cents: ((.credit // "0") | cents)}] as $lines
| ([$lines[].debit_cents] | add) as $debit
| ([$lines[].credit_cents] | add) as $credit
| if $debit != $credit then error("the day does not balance: debit \($debit), credit \($credit) cents") else
    {
      external_id: "\(.store)-\(.day)-\(.run)",
      date: .day,
      text: "Takings of \(.store)",
      currency: .currency,
      total_cents: $debit,
      lines: $lines
    }
  end
