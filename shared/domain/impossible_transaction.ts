/** A transaction that cannot follow the account as it stands: a bug or a broken store. */
export class ImpossibleTransaction extends Error {
  override readonly name = "ImpossibleTransaction";
}
