/** A tax rate of the shop. `rate` is in ten-thousandths of a percent: 8.875 % is 88750. */
export interface TaxRate {
  readonly id: number;
  readonly country: string;
  readonly state: string;
  readonly postcode: string;
  readonly city: string;
  readonly rate: bigint;
  readonly name: string;
  readonly priority: number;
  readonly isCompound: boolean;
  readonly isForShipping: boolean;
  readonly order: number;
  /** `standard` or the slug of another class. */
  readonly taxClass: string;
}
