// Which gradient of the linear layer a claim is about, by its left side; nothing for any other claim.
export const gradientOf = (tex) => tex.match(/^[\s&]*\\frac\s*\{\s*\\partial L\s*\}\s*\{\s*\\partial ([xWb])(?=[_\s}])/)?.[1];
