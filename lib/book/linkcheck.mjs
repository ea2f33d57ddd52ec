// Checks the links of a folder's pages that stay in it; prints {followed, broken} as JSON.
import { LinkChecker, LinkState } from "linkinator";

const folder = process.argv[2];
const checker = new LinkChecker();
const { links } = await checker.check({
  path: "**/*.html",
  serverRoot: folder,
  recurse: true,
  checkFragments: true,
  timeout: 30_000,
  linksToSkip: async (link) => new URL(link).hostname !== "127.0.0.1",
});
const followed = links.filter(({ state }) => state !== LinkState.SKIPPED);
const broken = followed
  .filter(({ state }) => state === LinkState.BROKEN)
  .map(({ url, parent, status }) => `${parent ?? ""}: ${url} (${status})`.replace(/http:\/\/127\.0\.0\.1:\d+/g, ""));
console.log(JSON.stringify({ followed: followed.length, broken: [...new Set(broken)].sort() }));
