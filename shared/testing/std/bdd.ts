/** The names of `@std/testing/bdd` that the tests use, over `node:test`. */

export {
  after as afterAll,
  afterEach,
  before as beforeAll,
  beforeEach,
  describe,
  it,
} from "node:test";
