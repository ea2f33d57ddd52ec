// Checks the links of a folder's pages that stay in it; prints {followed, broken} as JSON.
import { LinkChecker, LinkState } from "linkinator";

const [folder, base] = process.argv.slice(2); // `base`: the path of the site's address, as /book/
const checker = new LinkChecker();
const { links } = await checker.check({
  path: "**/*.html",
  serverRoot: folder,
  recurse: true,
  checkFragments: true,
  timeout: 30_000,
  // The page of what is not found has links from the root of its host.
  urlRewriteExpressions: [{ pattern: new RegExp(`^(http://127\\.0\\.0\\.1:\\d+)${base}`), replacement: "$1/" }],
  linksToSkip: async (link) => new URL(link).hostname !== "127.0.0.1",
});
const followed = links.filter(({ state }) => state !== LinkState.SKIPPED);
const broken = followed
  .filter(({ state }) => state === LinkState.BROKEN)
  .map(({ url, parent, status }) => `${parent ?? ""}: ${url} (${status})`.replace(/http:\/\/127\.0\.0\.1:\d+/g, ""));
console.log(JSON.stringify({ followed: followed.length, broken: [...new Set(broken)].sort() }));
