# A function may have many parameters and many local variables.
def many(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t):
    aa = a + b; bb = b + c; cc = c + d; dd = d + e; ee = e + f
    ff = f + g; gg = g + h; hh = h + i; ii = i + j; jj = j + k
    kk = k + l; ll = l + m; mm = m + n; nn = n + o; oo = o + p
    pp = p + q; qq = q + r; rr = r + s; ss = s + t; tt = t + a
    print(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t)
    print(aa, bb, cc, dd, ee, ff, gg, hh, ii, jj, kk, ll, mm, nn, oo, pp, qq, rr, ss, tt)
    return aa - bb + cc - dd + ee - ff + gg - hh + ii - jj + kk * ll - mm
print(many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20))
print(many(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))
